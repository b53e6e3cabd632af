module example.com/bad_returned

go 1.27
