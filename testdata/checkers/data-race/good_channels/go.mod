module example.com/good_channels

go 1.27
