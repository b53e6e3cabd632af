module example.com/good_returned

go 1.27
