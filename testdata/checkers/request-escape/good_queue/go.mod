module example.com/good_queue

go 1.27
