"""Files made by real producers: a browser and a word processor print the articles of articles.yaml."""
