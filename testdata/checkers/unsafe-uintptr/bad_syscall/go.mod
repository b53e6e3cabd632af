module example.com/badsyscall

go 1.27
