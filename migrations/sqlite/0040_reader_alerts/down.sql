DROP TABLE reader_alerts;
