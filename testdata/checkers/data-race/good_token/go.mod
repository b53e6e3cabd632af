module example.com/good_token

go 1.27
