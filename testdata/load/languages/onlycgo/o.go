package onlycgo

import "C"
