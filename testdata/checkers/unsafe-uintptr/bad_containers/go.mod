module example.com/badcontainers

go 1.27
