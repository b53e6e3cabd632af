//go:build extra && !windows

package constraints

import _ "net"
