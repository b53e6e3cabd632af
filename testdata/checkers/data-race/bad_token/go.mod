module example.com/bad_token

go 1.27
