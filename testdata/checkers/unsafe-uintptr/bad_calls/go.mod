module example.com/badcalls

go 1.27
