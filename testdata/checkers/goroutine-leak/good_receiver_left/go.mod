module example.com/good_receiver_left

go 1.27
