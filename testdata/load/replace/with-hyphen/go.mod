module example.com/far/away

go 1.27
