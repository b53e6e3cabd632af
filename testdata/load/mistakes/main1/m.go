package main

import _ "example.com/mistakes/main2"
