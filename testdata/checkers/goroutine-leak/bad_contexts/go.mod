module example.com/bad_contexts

go 1.27
