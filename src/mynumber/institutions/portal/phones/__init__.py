"""Certificates for a smartphone (移動端末設備用電子証明書): the portal hands applications of devices on to J-LIS (公的個人認証法 art. 16-2 ff., 35-2 ff.)."""
