module example.com/good_done

go 1.27
