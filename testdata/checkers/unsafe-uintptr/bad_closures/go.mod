module example.com/badclosures

go 1.27
