package main

import _ "example.com/mistakes/near/internal/x"
