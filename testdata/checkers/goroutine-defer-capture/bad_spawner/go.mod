module example.com/bad_spawner

go 1.27
