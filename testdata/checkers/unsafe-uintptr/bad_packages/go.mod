module example.com/badpackages

go 1.27
