module example.com/gooddynamic

go 1.27
