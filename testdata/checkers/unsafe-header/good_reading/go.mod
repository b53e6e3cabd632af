module example.com/good_reading

go 1.27
