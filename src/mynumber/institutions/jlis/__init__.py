"""地方公共団体情報システム機構 (J-LIS): residents network, numbering, acquisition of codes, cards and certification.

地方公共団体情報システム機構法; 住民基本台帳法 art. 30-6 ff.; Act art. 7, 8, 21-2; 公的個人認証法.
"""
