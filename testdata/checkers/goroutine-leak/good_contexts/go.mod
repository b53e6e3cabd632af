module example.com/good_contexts

go 1.27
