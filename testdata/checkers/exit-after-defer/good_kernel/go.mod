module example.com/good_kernel

go 1.27
