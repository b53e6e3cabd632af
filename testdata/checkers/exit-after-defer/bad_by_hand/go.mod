module example.com/bad_by_hand

go 1.27
