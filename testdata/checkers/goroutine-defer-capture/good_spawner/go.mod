module example.com/good_spawner

go 1.27
