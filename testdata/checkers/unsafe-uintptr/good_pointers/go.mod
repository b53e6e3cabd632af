module example.com/goodpointers

go 1.27
