module example.com/good_by_hand

go 1.27
