module example.com/bad_receiver_left

go 1.27
