"""マイナポータル: the resident sees what institutions asked about them (Act, supplementary provisions art. 6(3)-(4))."""
