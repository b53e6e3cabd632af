package intest

import "C"
