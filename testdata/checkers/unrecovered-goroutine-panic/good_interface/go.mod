module example.com/good_interface

go 1.27
