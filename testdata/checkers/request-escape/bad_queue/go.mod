module example.com/bad_queue

go 1.27
