module example.com/demo

go 1.27

require github.com/creack/pty v1.1.24
