module example.com/bad_middleware

go 1.27
