module example.com/bad_interface

go 1.27
