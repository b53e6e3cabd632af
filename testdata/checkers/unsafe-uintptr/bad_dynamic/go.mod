module example.com/baddynamic

go 1.27
