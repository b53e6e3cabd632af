package syntax

import "fmt
