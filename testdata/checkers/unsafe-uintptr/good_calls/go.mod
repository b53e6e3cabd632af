module example.com/goodcalls

go 1.27
