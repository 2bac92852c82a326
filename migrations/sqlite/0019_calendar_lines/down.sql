DROP TABLE calendar_lines;
