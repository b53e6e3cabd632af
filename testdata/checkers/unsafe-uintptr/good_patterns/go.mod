module example.com/goodpatterns

go 1.27
