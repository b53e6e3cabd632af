module example.com/badccallback

go 1.27
