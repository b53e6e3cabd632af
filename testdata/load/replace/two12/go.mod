module example.com/two
