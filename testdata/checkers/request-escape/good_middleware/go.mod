module example.com/good_middleware

go 1.27
