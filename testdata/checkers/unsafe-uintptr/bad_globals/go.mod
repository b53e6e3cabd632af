module example.com/badglobals

go 1.27
