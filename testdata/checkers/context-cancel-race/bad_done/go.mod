module example.com/bad_done

go 1.27
