//go:build extra

package m

import _ "example.com/unused"
