//go:build integration

package p_test

import _ "net/url"
