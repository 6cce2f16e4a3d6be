"""Files between a customer and its bank as the bankers' association lays them out (全銀協規定フォーマット)."""
